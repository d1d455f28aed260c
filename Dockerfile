# orchestrator-raft in a container:   docker build -t orchestrator-raft:latest .
# Other images can stand in for the two that this one begins from, for example where none can be pulled.
ARG BUILD_IMAGE=eclipse-temurin:25-jdk
ARG BASE_IMAGE=debian:12-slim

FROM ${BUILD_IMAGE} AS build
RUN command -v mvn || (apt-get update && apt-get install -y --no-install-recommends maven)
COPY . /source
RUN /source/packaging/distribution /usr/local/orchestrator

FROM ${BASE_IMAGE}
COPY --from=build /usr/local/orchestrator /usr/local/orchestrator
RUN mkdir -p /var/lib/orchestrator && ln -s /usr/local/orchestrator/bin/orchestrator /usr/local/bin/orchestrator
WORKDIR /usr/local/orchestrator
VOLUME /var/lib/orchestrator
EXPOSE 3000 10008
ENTRYPOINT ["/usr/local/orchestrator/packaging/docker-entrypoint"]
CMD ["http"]
