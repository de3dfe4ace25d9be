/**
 * GPUs through the driver's own interface, by way of JCuda. Needs nothing of CUDA on the machine
 * but the driver. Where there is none, nothing of this is loaded.
 */
package dev.mergefarm.merge.cuda.driver;
