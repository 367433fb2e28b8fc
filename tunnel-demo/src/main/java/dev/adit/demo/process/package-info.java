/**
 * Runs programs of ours as processes of their own and leaves none behind. Public: {@link
 * dev.adit.demo.process.Children}, {@link dev.adit.demo.process.ChildProcess}, {@link
 * dev.adit.demo.process.ChildCommand}, {@link dev.adit.demo.process.ReadyLine}. Any thread.
 */
@NullMarked
package dev.adit.demo.process;

import org.jspecify.annotations.NullMarked;
