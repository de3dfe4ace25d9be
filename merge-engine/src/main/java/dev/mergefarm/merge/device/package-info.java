/** Where a process merges: on its processor or on GPUs, as it was set up and as each merge asks. */
package dev.mergefarm.merge.device;
