/** Lets tests speak gRPC without generated messages. */
@NullMarked
package dev.adit.testing.grpc;

import org.jspecify.annotations.NullMarked;
