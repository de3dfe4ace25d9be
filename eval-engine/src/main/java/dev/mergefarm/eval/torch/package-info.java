/**
 * A thin layer over libtorch: start-up of the native library, scopes that free native memory, and
 * the few operations that the decoder graph is made of. Nothing outside this package and {@code
 * eval.model} sees a libtorch type.
 */
package dev.mergefarm.eval.torch;
