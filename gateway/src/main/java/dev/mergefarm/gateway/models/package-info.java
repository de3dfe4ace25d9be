/** Models of the farm's store: listing, reading, writing, removing. */
package dev.mergefarm.gateway.models;
