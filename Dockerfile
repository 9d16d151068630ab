# One image for every service: they share all layers, and differ in the command only.
# Pinned further with --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...
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
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/docs docs
COPY --from=build /app/scripts scripts
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
COPY --from=build /app/services services
COPY --from=build /app/plugins plugins
# Last, so that another version uses all that is above again.
ARG VERSION=local
ARG REVISION=unknown
LABEL org.opencontainers.image.title="vectra" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
USER node
CMD ["node", "services/gateway/dist/main.js"]
