package dev.adit.core.call;

/** How a call's end is told: by gRPC trailers or by HTTP alone. */
public enum CallProtocol {
  /** POST with content-type application/grpc: ends with grpc-status. */
  GRPC,
  /** Any other HTTP/2 request. */
  HTTP
}
