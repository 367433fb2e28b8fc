/**
 * What the build makes for the archive out of the commands themselves: manual pages and completion.
 * Runs in the build and is not shipped. Public: {@link dev.adit.deploy.CommandFiles}. One thread.
 */
@NullMarked
package dev.adit.deploy;

import org.jspecify.annotations.NullMarked;
