/** The farm's broker, as configured. */
package dev.mergefarm.service.broker;
