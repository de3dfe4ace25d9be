/**
 * Checkpoints as torch saves them: a zip archive with a pickle that describes tensors and their
 * bytes stored beside it. The pickle is a program; only the part of its language that describes
 * tensors is run.
 */
package dev.mergefarm.storage.torch;
