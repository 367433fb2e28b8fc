/**
 * A server and its agents under test: as processes of their own, or in this one where a test looks
 * inside. Public: {@link dev.adit.conformance.site.TunnelSite}, {@link
 * dev.adit.conformance.site.LocalSite}, {@link dev.adit.conformance.site.SitePlan}, {@link
 * dev.adit.conformance.site.AgentPlan}, {@link dev.adit.conformance.site.TunnelSizes}, {@link
 * dev.adit.conformance.site.KeptClasses}. Any thread.
 */
@NullMarked
package dev.adit.conformance.site;

import org.jspecify.annotations.NullMarked;
