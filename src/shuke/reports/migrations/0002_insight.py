import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0001_initial'),
        ('scoring', '0004_models'),
        ('segments', '0006_forecasts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ValueTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quadrant', models.CharField(max_length=10)),
                ('customers', models.IntegerField()),
                ('money', models.BigIntegerField()),
                ('net_money_365', models.BigIntegerField()),
                ('value_at_risk', models.BigIntegerField()),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'report_value_tally',
                'constraints': [models.UniqueConstraint(fields=('owner', 'quadrant'), name='value_is_counted_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='TierFlow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('former', models.CharField(blank=True, max_length=10)),
                ('present', models.CharField(blank=True, max_length=10)),
                ('customers', models.IntegerField()),
                ('net_money_365', models.BigIntegerField()),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'report_tier_flow',
                'constraints': [models.UniqueConstraint(fields=('since', 'owner', 'former', 'present'), name='tier_flow_is_counted_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='TierMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('former', models.CharField(max_length=10)),
                ('present', models.CharField(max_length=10)),
                ('value_at_risk', models.BigIntegerField()),
                ('listing', models.ForeignKey(db_column='customer_id', db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='segments.customerlisting')),
            ],
            options={
                'db_table': 'report_tier_move',
                'indexes': [models.Index(fields=['since', 'former', 'present', '-value_at_risk', '-id'], name='tier_moves')],
            },
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('listing', models.OneToOneField(db_column='customer_id', db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='slip', serialize=False, to='segments.customerlisting')),
                ('causes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('tier', 'Tier'), ('activity', 'Activity'), ('rhythm', 'Rhythm'), ('chance', 'Chance')], max_length=10), size=None)),
                ('value_at_risk', models.BigIntegerField()),
                ('last_ordered_on', models.DateField()),
                ('days_since_last', models.IntegerField()),
                ('tier_before', models.CharField(blank=True, max_length=10)),
                ('tier', models.CharField(max_length=10)),
                ('activity_before', models.CharField(blank=True, max_length=10)),
                ('activity', models.CharField(max_length=10)),
                ('median_gap', models.FloatField(null=True)),
                ('chance_before', models.FloatField(null=True)),
                ('chance', models.FloatField(null=True)),
                ('horizon_days', models.IntegerField(null=True)),
            ],
            options={
                'db_table': 'report_slip',
                'indexes': [models.Index(fields=['-value_at_risk', '-listing'], name='slips_by_value_at_risk')],
                'constraints': [models.CheckConstraint(condition=models.Q(('causes', []), _negated=True), name='nobody_slips_without_a_cause')],
            },
        ),
        migrations.CreateModel(
            name='Study',
            fields=[
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='scoring.run')),
                ('policy_version', models.PositiveIntegerField()),
                ('slipping_since', models.DateField(null=True)),
                ('cohorts', models.JSONField(default=dict)),
                ('survival', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'report_study',
            },
        ),
    ]
