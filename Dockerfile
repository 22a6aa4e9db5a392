# One image for the server and the worker. The worker's sandbox needs what `npx aliquot doctor` says in the container.
FROM node:24-bookworm-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-venv libgomp1 bubblewrap \
  && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production CACHE_DIR=/opt/aliquot/cache DATA_DIR=/var/lib/aliquot HOST=0.0.0.0
RUN mkdir -p /opt/aliquot/cache /opt/aliquot/app /var/lib/aliquot \
  && chown -R node:node /opt/aliquot /var/lib/aliquot
USER node
WORKDIR /opt/aliquot/app

COPY --chown=node:node package.json package-lock.json .npmrc ./
COPY --chown=node:node bin ./bin
COPY --chown=node:node runner ./runner
RUN npm ci --omit=dev && node bin/setup.mjs && rm -rf /opt/aliquot/cache/uv-packages

COPY --chown=node:node . .
RUN node bin/setup/web-app.mjs

VOLUME /var/lib/aliquot
EXPOSE 4000
HEALTHCHECK --start-period=30s --interval=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 4000) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/aliquot.mjs", "start"]
