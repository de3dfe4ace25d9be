/**
 * Keeps devices fed: reading, copying to the device, computing, copying back and writing go on at
 * the same time over bounded rings of buffers. Knows devices and kernels only by their interfaces.
 */
package dev.mergefarm.merge.cuda.pipeline;
