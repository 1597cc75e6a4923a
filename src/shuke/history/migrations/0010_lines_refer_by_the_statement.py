"""What an order line names is looked up once for all lines that a statement writes."""

import django.db.models.deletion
from django.db import migrations, models

from shuke.core.schema import refers


class Migration(migrations.Migration):
    dependencies = [("core", "0003_references"), ("history", "0009_marks_of_behaviour")]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="history.order",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="history.product",
            ),
        ),
        refers("order_line", "order_id", to="customer_order"),
        refers("order_line", "product_id", to="product"),
    ]
