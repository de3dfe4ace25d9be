/** The farm's object store, as configured. */
package dev.mergefarm.service.store;
