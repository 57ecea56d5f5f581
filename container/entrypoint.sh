#!/bin/sh
# From root to the wrapper's own user. The three capabilities go with it as ambient ones, because a process that
# leaves uid 0 loses all others: it needs them to start the agent as another user and to end it. `-all` first, so that
# a container that is given more than three still hands on no more.
set -eu

caps=-all,+setuid,+setgid,+kill

# Only the wrapper reads the compile cache, so it is not in the image's environment, which the agent inherits.
export NODE_COMPILE_CACHE=/opt/cc-docker/compile-cache
# The wrapper's home is the agent's: the Agent SDK looks for Claude's state under the HOME of its own process.
export HOME=/home/agent

exec setpriv --reuid=wrapper --regid=wrapper --clear-groups --inh-caps="$caps" --ambient-caps="$caps" \
  node /opt/cc-docker/wrapper.mjs "$@"
