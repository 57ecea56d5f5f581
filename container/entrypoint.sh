#!/bin/sh
# The wrapper, as its own user already.
set -eu

# Only the wrapper reads the compile cache, so it is not in the image's environment, which the agent inherits.
export NODE_COMPILE_CACHE=/opt/cc-docker/compile-cache
# The wrapper's home is the agent's: the Agent SDK looks for Claude's state under the HOME of its own process.
export HOME=/home/agent

exec node /opt/cc-docker/wrapper.mjs "$@"
