#!/bin/sh
# Makes a fork's files: /from/workspace and /from/home, read only, become the new volumes at /workspace and /home. What
# is said of the conversation comes from the gateway at the fork's start, up to the turn it was forked at, so the
# agent's own record of all of it stays behind, and so does the wrapper's outbox. `copied` says that nothing more is read:
# what they come from may change while the disk takes them.
set -eu

if [ -d /from/workspace ]; then
  cp --archive /from/workspace/. /workspace/
fi
if [ -d /from/home ]; then
  for home in /from/home/agent /from/home/users; do
    if [ -d "$home" ]; then cp --archive "$home" /home/; fi
  done
  chown wrapper:wrapper /home
  install --directory --mode 0700 --owner wrapper --group wrapper /home/wrapper
  for conversations in /home/agent/.claude/projects/-workspace /home/users/*/.claude/projects/-workspace; do
    if [ -d "$conversations" ]; then find "$conversations" -type f -name '*.jsonl' -delete; fi
  done
fi
find /workspace /home -type s -delete
echo copied
sync --file-system /workspace /home
