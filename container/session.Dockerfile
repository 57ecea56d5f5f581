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
# /home is the wrapper's: root may be the agent, when the workspace is root's. In /home/users others make their homes.
RUN ! id node >/dev/null 2>&1 || userdel --remove node; \
    groupadd --gid 1000 agent && useradd --uid 1000 --gid agent --home-dir /home/agent --shell /bin/bash --no-create-home agent && \
    groupadd --gid 990 wrapper && useradd --uid 990 --gid wrapper --home-dir /home/wrapper --shell /usr/sbin/nologin --no-create-home wrapper && \
    install --directory --mode 0755 --owner wrapper --group wrapper /home && \
    install --directory --mode 1777 --owner wrapper --group wrapper /home/users && \
    install --directory --mode 0700 --owner agent --group agent /home/agent /home/agent/.claude && \
    install --directory --mode 0755 --owner agent --group agent /workspace && \
    install --directory --mode 0700 --owner wrapper --group wrapper /home/wrapper /run/cc-docker /run/cc-docker/link

# Claude Code is pinned by the image and updates only with it.
ENV DISABLE_AUTOUPDATER=1 LANG=C.UTF-8

COPY entrypoint.sh copy-files.sh drop-capabilities.py wrapper.mjs /opt/cc-docker/
# Node keeps compiled code per user, so the cache is filled as the wrapper and then taken from it.
RUN install --directory --owner wrapper /opt/cc-docker/compile-cache && \
    NODE_COMPILE_CACHE=/opt/cc-docker/compile-cache setpriv --reuid=wrapper --regid=wrapper --clear-groups node /opt/cc-docker/wrapper.mjs --warm && \
    chown --recursive root:root /opt/cc-docker/compile-cache && chmod --recursive u=rwX,go=rX /opt/cc-docker/compile-cache

WORKDIR /workspace
# From root to the wrapper's own user at once, so that nothing is left that is root's: the agent may be root, without a
# capability, and could end what has its uid. The three capabilities go with it as ambient ones, because a process that
# leaves uid 0 loses all others: the wrapper needs them to start the agent as another user and to end it. `-all` first,
# so that a container that is given more than three still hands on no more. `tini` reaps what the agent leaves behind.
ENTRYPOINT ["setpriv", "--reuid=wrapper", "--regid=wrapper", "--clear-groups", \
  "--inh-caps=-all,+setuid,+setgid,+kill", "--ambient-caps=-all,+setuid,+setgid,+kill", \
  "/usr/bin/tini", "--", "/opt/cc-docker/entrypoint.sh"]
