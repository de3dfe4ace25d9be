/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, tensor bytes
 * without gaps. Reading distrusts every number; writing knows all sizes beforehand.
 */
package dev.mergefarm.storage.safetensors;
