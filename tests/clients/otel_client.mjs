// Sends two spans, one log record and two metrics with the OpenTelemetry SDK: node otel_client.mjs URL ENCODING COMPRESSION
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [url, encoding, compression, modules] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.join(modules, "x.js")));
const from = (name) => import(pathToFileURL(require.resolve(name)));

const { SpanKind, SpanStatusCode, SeverityNumber, context, trace } = await from("@opentelemetry/api");
const { resourceFromAttributes } = await from("@opentelemetry/resources");
const { BatchSpanProcessor, TracerProvider } = await from("@opentelemetry/sdk-trace");
const { LoggerProvider, BatchLogRecordProcessor } = await from("@opentelemetry/sdk-logs");
const { MeterProvider, PeriodicExportingMetricReader } = await from("@opentelemetry/sdk-metrics");
const { OTLPTraceExporter } = await from(`@opentelemetry/exporter-trace-otlp-${encoding}`);
const { OTLPLogExporter } = await from(`@opentelemetry/exporter-logs-otlp-${encoding}`);
const { OTLPMetricExporter } = await from(`@opentelemetry/exporter-metrics-otlp-${encoding}`);

const resource = resourceFromAttributes({ "service.name": "shop-js", "service.version": "1.2.3" });
const to = (signal) => ({ url: `${url}/v1/${signal}`, compression });

const tracers = new TracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(to("traces")) })],
});
const tracer = tracers.getTracer("js-test", "0.1");
const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const parent = tracer.startSpan("order.authorize", {
  kind: SpanKind.SERVER,
  startTime: start,
  attributes: { "order.id": "A-1", "order.lines": 3, "order.amount": 12.5, "order.express": true },
});
const child = tracer.startSpan("credit.check", { startTime: start + 5 }, trace.setSpan(context.active(), parent));
child.setStatus({ code: SpanStatusCode.ERROR, message: "no answer" });
child.end(start + 20);
parent.setStatus({ code: SpanStatusCode.OK });
parent.end(start + 1500);

const loggers = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(to("logs")) })],
});
loggers.getLogger("js-test").emit({
  timestamp: start,
  severityNumber: SeverityNumber.WARN,
  severityText: "WARN",
  body: "stock is low",
  attributes: { "item.id": "I-9" },
});

const meters = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(to("metrics")), exportIntervalMillis: 60000 })],
});
const meter = meters.getMeter("js-test");
meter.createCounter("orders").add(7, { branch: "B01" });
meter.createHistogram("basket", { unit: "EUR" }).record(20);

await Promise.all([tracers.shutdown(), loggers.shutdown(), meters.shutdown()]);
