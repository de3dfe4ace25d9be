/** Model hubs that speak the protocol of the Hugging Face hub: reading, mirroring, uploading. */
package dev.mergefarm.storage.hub;
