/**
 * What the build makes for the archive: out of the commands themselves manual pages, completion,
 * and lists of the classes they start with; and smaller jars out of large ones. Runs in the build
 * and is not shipped. Public: {@link dev.adit.deploy.CommandFiles}, {@link
 * dev.adit.deploy.ClassLists}, {@link dev.adit.deploy.LeanLibrary}. One thread.
 */
@NullMarked
package dev.adit.deploy;

import org.jspecify.annotations.NullMarked;
