/**
 * What the demo runs: a server, two agents and five sample backends, each a process of its own with
 * its files in one temporary directory. Public: {@link dev.adit.demo.site.DemoSite}, {@link
 * dev.adit.demo.site.AccessLog}, {@link dev.adit.demo.site.ProductJars}.
 */
@NullMarked
package dev.adit.demo.site;

import org.jspecify.annotations.NullMarked;
