package dev.mergefarm.gateway.call;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.error.StatusMapper;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** Puts the caller into the context of each gRPC call, or refuses the call. */
@ApplicationScoped
@GlobalInterceptor
public class TenantInterceptor implements ServerInterceptor {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata NO_TRAILERS = new Metadata();

  private final TenantResolver resolver;

  @Inject
  public TenantInterceptor(TenantResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      String tenant = resolver.tenant(Optional.ofNullable(headers.get(AUTHORIZATION)));
      Caller caller = new Caller(tenant, GrpcTimeout.deadline(headers));
      Context context = Context.current().withValue(Caller.CURRENT, caller);
      return Contexts.interceptCall(context, call, headers, next);
    } catch (MergefarmException refused) {
      StatusRuntimeException status = StatusMapper.exception(refused);
      call.close(status.getStatus(), Optional.ofNullable(status.getTrailers()).orElse(NO_TRAILERS));
      return new ServerCall.Listener<>() {};
    }
  }
}
