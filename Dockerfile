# One image for every service: they share all layers, and differ in the command only.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev && rm -rf bench test apps/*/src packages/*/src packages/*/test services/*/src services/*/test

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# Created here, so that a volume mounted there belongs to the user.
RUN mkdir /data && chown node:node /data
COPY --from=build --chown=root:root /app /app
USER node
CMD ["node", "services/gateway/dist/main.js"]
