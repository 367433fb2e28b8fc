/**
 * A tunnel stream's transport over gRPC: the method, and its two ends. Public: all of it. Confined
 * to the loop of the tunnel's connection.
 */
@NullMarked
package dev.adit.core.tunnel.grpc;

import org.jspecify.annotations.NullMarked;
