/**
 * A server and its agents as processes of their own, for tests that want nothing of them in their
 * own JVM. Public: {@link dev.adit.conformance.process.TunnelSite}, {@link
 * dev.adit.conformance.process.SitePlan}, {@link dev.adit.conformance.process.AgentPlan}, {@link
 * dev.adit.conformance.process.TunnelSizes}. Any thread.
 */
@NullMarked
package dev.adit.conformance.process;

import org.jspecify.annotations.NullMarked;
