package dev.adit.server.policy;

import dev.adit.core.name.GroupName;

/** Copies {@code percent} of the calls to a group and drops its answers. */
public record Mirror(GroupName group, double percent) {}
