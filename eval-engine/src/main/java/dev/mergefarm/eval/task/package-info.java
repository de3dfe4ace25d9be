/** Task files: YAML with includes, groups and tags, resolved into checked configurations. */
package dev.mergefarm.eval.task;
