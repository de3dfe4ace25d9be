/** Object stores, safetensors and model repositories. */
package dev.mergefarm.storage;
