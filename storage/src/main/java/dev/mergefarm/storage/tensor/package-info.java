/** What a tensor is to the stores: a name, an element type, a shape and a place in a file. */
package dev.mergefarm.storage.tensor;
