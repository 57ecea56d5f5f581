#!/bin/sh
# install-claude-code.sh VERSION [ROOT]: makes ROOT/usr/local/bin/claude the pinned Claude Code; does nothing if it is.
# Runs inside the image build, and on the host with ROOT when a base is built there (images/local-base.ts).
set -eu

version=$1
root=${2:-}
modules=/opt/claude-code/node_modules

is_pinned() {
  [ -z "$root" ] && [ "$(claude --version 2>/dev/null | cut -d ' ' -f 1)" = "$version" ]
}

# No install scripts: the package's own would link the native binary a second time, and Docker would count it twice.
install_package() {
  npm install --prefix "$root/opt/claude-code" --ignore-scripts --no-audit --no-fund --no-package-lock \
    --loglevel error "@anthropic-ai/claude-code@$version"
}

# npm notes in this file where it fetched from, which is nobody's business but the build machine's.
forget_origin() {
  rm -f "$root$modules/.package-lock.json"
}

link_binary() {
  for binary in "$root$modules"/@anthropic-ai/claude-code-linux-*/claude; do
    ln -sf "${binary#"$root"}" "$root/usr/local/bin/claude"
  done
}

if ! is_pinned; then
  install_package
  forget_origin
  link_binary
fi
