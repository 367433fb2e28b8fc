/**
 * The few parts of the protobuf encoding that the frames of calls need (protobuf.dev, "Encoding"),
 * written and read byte by byte on arrays and memory, without objects between. Used by one thread
 * at a time.
 */
@NullMarked
package dev.adit.core.wire.protobuf;

import org.jspecify.annotations.NullMarked;
