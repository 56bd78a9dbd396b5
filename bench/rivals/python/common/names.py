"""What every candidate publishes to and consumes from; the bench declares it before each run."""
EXCHANGE = 'waybill-bench-exchange'
QUEUE = 'waybill-bench-queue'
ROUTING_KEY = 'waybill-bench'

# The pseudo queue by which RabbitMQ hands answers straight to who has asked.
REPLY_TO = 'amq.rabbitmq.reply-to'

# How many messages the broker hands out ahead.
PREFETCH = 100
