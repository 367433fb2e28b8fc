package dev.adit.server.policy;

import dev.adit.core.name.GroupName;

/** One part of a split: this group gets {@code weight} of the sum of all weights. */
public record GroupShare(GroupName group, int weight) {

  public GroupShare {
    if (weight < 1) {
      throw new IllegalArgumentException("weight " + weight + " is less than 1");
    }
  }
}
