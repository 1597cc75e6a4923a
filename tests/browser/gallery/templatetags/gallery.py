"""{% say "中文" "English" %}: made-up words are no part of the product's catalogue."""

from django import template

from browser.gallery.data import say

register = template.Library()
register.simple_tag(say)
