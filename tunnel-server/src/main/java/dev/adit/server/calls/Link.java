package dev.adit.server.calls;

/** A place in a ring of places; alone it is a ring of one. Confined to one event loop. */
class Link {
  // state, confined to the loop
  private Link before = this;
  private Link after = this;

  final Link after() {
    return after;
  }

  /** Takes this place out of its ring and puts it right before another. */
  final void moveBefore(Link place) {
    unlink();
    before = place.before;
    after = place;
    before.after = this;
    place.before = this;
  }

  /** Leaves the ring; does nothing if alone. */
  final void unlink() {
    before.after = after;
    after.before = before;
    before = this;
    after = this;
  }
}
