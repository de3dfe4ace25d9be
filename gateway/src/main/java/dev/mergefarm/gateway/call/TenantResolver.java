package dev.mergefarm.gateway.call;

import java.util.Optional;

/** Tells whose call it is. The one place where authentication enters the gateway. */
@FunctionalInterface
public interface TenantResolver {

  /**
   * @param authorization the call's {@code Authorization} header
   * @return the tenant's name
   * @throws dev.mergefarm.common.MergefarmException when the call is not allowed
   */
  String tenant(Optional<String> authorization);
}
