# The image of every session. Each step makes something true and does nothing where it already is, so that a base that
# has it all (packages/server/src/images/local-base.ts) needs no network. The wrapper, which changes most, comes last.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}

COPY packages.txt install-claude-code.sh /opt/cc-docker/

RUN missing=$(dpkg --status $(cat /opt/cc-docker/packages.txt) 2>&1 >/dev/null | sed -n "s/^dpkg-query: package '\([^']*\)' is not.*/\1/p"); \
    [ -z "$missing" ] || { apt-get update && apt-get install --yes --no-install-recommends $missing && rm -rf /var/lib/apt/lists/*; }

ARG CLAUDE_CODE_VERSION=2.1.329
RUN sh /opt/cc-docker/install-claude-code.sh "$CLAUDE_CODE_VERSION" && rm -rf /root/.npm

# Two users: the agent can neither read the wrapper's memory nor enter its directories. The node image has a user of
# its own at uid 1000. /home and /workspace become volumes; Docker gives a fresh volume the owners and modes set here.
RUN ! id node >/dev/null 2>&1 || userdel --remove node; \
    groupadd --gid 1000 agent && useradd --uid 1000 --gid agent --home-dir /home/agent --shell /bin/bash --no-create-home agent && \
    groupadd --gid 990 wrapper && useradd --uid 990 --gid wrapper --home-dir /home/wrapper --shell /usr/sbin/nologin --no-create-home wrapper && \
    install --directory --mode 0700 --owner agent --group agent /home/agent /home/agent/.claude && \
    install --directory --mode 0755 --owner agent --group agent /workspace && \
    install --directory --mode 0700 --owner wrapper --group wrapper /home/wrapper /run/cc-docker /run/cc-docker/link

# Claude Code is pinned by the image and updates only with it.
ENV DISABLE_AUTOUPDATER=1 LANG=C.UTF-8

COPY entrypoint.sh copy-files.sh wrapper.mjs /opt/cc-docker/
# Node keeps compiled code per user, so the cache is filled as the wrapper and then taken from it.
RUN install --directory --owner wrapper /opt/cc-docker/compile-cache && \
    NODE_COMPILE_CACHE=/opt/cc-docker/compile-cache setpriv --reuid=wrapper --regid=wrapper --clear-groups node /opt/cc-docker/wrapper.mjs --warm && \
    chown --recursive root:root /opt/cc-docker/compile-cache && chmod --recursive u=rwX,go=rX /opt/cc-docker/compile-cache

WORKDIR /workspace
ENTRYPOINT ["/usr/bin/tini", "--", "/opt/cc-docker/entrypoint.sh"]
