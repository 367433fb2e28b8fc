/**
 * A gRPC server with the sample services of one or more systems. Public: {@link
 * dev.adit.demo.backend.server.BackendServer}, {@link dev.adit.demo.backend.server.BackendConfig},
 * {@link dev.adit.demo.backend.server.SampleSystem}. Any thread.
 */
@NullMarked
package dev.adit.demo.backend.server;

import org.jspecify.annotations.NullMarked;
