/** Calls and tunnels through HTTP proxies of others, with the samples of {@code deploy/proxies}. */
@NullMarked
package dev.adit.conformance.proxy;

import org.jspecify.annotations.NullMarked;
