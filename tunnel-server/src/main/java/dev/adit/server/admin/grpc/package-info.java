/**
 * gRPC on the server's admin port: health, reflection, channelz. Public: {@link
 * dev.adit.server.admin.grpc.AdminGrpc}, {@link dev.adit.server.admin.grpc.ServingStates}. Has a
 * loop of its own.
 */
@NullMarked
package dev.adit.server.admin.grpc;

import org.jspecify.annotations.NullMarked;
