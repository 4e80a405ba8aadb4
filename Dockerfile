# syntax=docker/dockerfile:1
# Parley on your own PostgreSQL: set DATABASE_URL and PARLEY_ENCRYPTION_KEYS. See docs/operations.md.

FROM node:24-bookworm-slim AS build
WORKDIR /srv/parley
COPY package.json package-lock.json ./
RUN npm install --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 PARLEY_DATA_DIR=/var/lib/parley
WORKDIR /srv/parley
# The embedded PostgreSQL runs as the same ordinary user, which needs nothing but its own data directory.
RUN useradd --system --create-home --home-dir /var/lib/parley parley
COPY --from=build --chown=root:root /srv/parley/package.json /srv/parley/LICENSE ./
COPY --from=build --chown=root:root /srv/parley/node_modules ./node_modules
COPY --from=build --chown=root:root /srv/parley/dist ./dist
USER parley
VOLUME /var/lib/parley
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/health/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# The program itself gets the signals: it drains before it ends.
CMD ["node", "--max-semi-space-size=32", "dist/server/main.js"]
