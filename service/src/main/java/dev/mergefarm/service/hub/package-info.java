/** The hub that models and data sets are taken from when the farm's store lacks them. */
package dev.mergefarm.service.hub;
