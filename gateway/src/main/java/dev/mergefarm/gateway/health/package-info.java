/** Whether the gateway lives and can work. */
package dev.mergefarm.gateway.health;
