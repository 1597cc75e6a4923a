from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_insight'),
    ]

    operations = [
        migrations.AddField(
            model_name='study',
            name='drift',
            field=models.JSONField(default=dict),
        ),
    ]
