/**
 * Stock gRPC callers of the sample systems, one class a system. They take any channel, so they
 * reach a backend directly or through a tunnel alike. Public: {@link
 * dev.adit.demo.client.CallerConfig}, {@link dev.adit.demo.client.CallRecord} and the four clients.
 * Any thread.
 */
@NullMarked
package dev.adit.demo.client;

import org.jspecify.annotations.NullMarked;
