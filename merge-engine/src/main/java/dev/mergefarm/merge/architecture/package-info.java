/**
 * What the names of a checkpoint's tensors cannot tell: which weights stand before and after the
 * layers, which are as high as the vocabulary, which are tied, which are stored in pieces.
 */
package dev.mergefarm.merge.architecture;
