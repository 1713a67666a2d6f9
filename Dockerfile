# syntax=docker/dockerfile:1
# What npm brings: the browser's assets and the embedded engine.
FROM node:20-bookworm-slim AS npm
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=npm /src/node_modules ./node_modules
ARG VERSION=unknown
# The stamp tells make that node_modules is what the lock file says.
RUN touch "node_modules/.lock-$(cksum <package-lock.json | cut -d' ' -f1)" \
 && make build VERSION="$VERSION" \
 && mkdir -p /out/engine /out/data \
 && cp bin/throughline /out/ \
 && cp node_modules/@chdb/lib-linux-*/libchdb.so /out/engine/

# libchdb needs glibc and nothing else, so a slim Debian will do.
FROM debian:12-slim
RUN useradd --system --uid 10001 --home-dir /data throughline
COPY --from=build /out/throughline /usr/local/bin/throughline
COPY --from=build /out/engine/libchdb.so /usr/local/lib/throughline/libchdb.so
COPY --from=build --chown=10001:10001 /out/data /data
ENV THROUGHLINE_CHDB_LIB=/usr/local/lib/throughline/libchdb.so \
    THROUGHLINE_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080 4317 4318
ENTRYPOINT ["throughline"]
CMD ["serve"]
