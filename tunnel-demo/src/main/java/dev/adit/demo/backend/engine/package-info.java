/**
 * The sample trading engine. Public: {@link dev.adit.demo.backend.engine.EngineService}. Actions
 * run on the caller's gRPC thread, events on one thread of their own.
 */
@NullMarked
package dev.adit.demo.backend.engine;

import org.jspecify.annotations.NullMarked;
