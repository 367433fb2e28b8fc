# syntax=docker/dockerfile:1
# The agent as an image, from the top of the source tree:
#   docker build -f deploy/docker/agent.Dockerfile -t adit/tunnel-agent .
#   docker run --read-only --tmpfs /tmp:exec -v "$PWD/etc:/etc/tunnel-agent:ro" adit/tunnel-agent
# It is a text to begin with: the tests read it, and no build of this project builds it.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -ntp -DskipTests package -pl deploy -am \
 && mkdir /opt/tunnel \
 && tar -xzf deploy/target/tunnel-*.tar.gz --strip-components=1 -C /opt/tunnel

FROM eclipse-temurin:21-jre
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tunnel
COPY --from=build /opt/tunnel/bin/tunnel-agent /opt/tunnel/bin/
COPY --from=build /opt/tunnel/lib /opt/tunnel/lib
COPY --from=build /opt/tunnel/LICENSE /opt/tunnel/THIRD-PARTY.txt /opt/tunnel/
ENV PATH=/opt/tunnel/bin:$PATH
# Classes kept for a quicker start, by the Java that is here.
RUN JAVA_OPTS=-Xshare:dump tunnel-agent
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
# Nothing is written but the native libraries that Netty unpacks, into /tmp.
VOLUME ["/tmp"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["tunnel-agent", "status", "--json"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tunnel-agent"]
CMD ["run", "-c", "/etc/tunnel-agent/agent.yaml"]
