"""Pages of the gallery, with the real log-in pages beside them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.defaults import page_not_found

from browser.gallery import data
from browser.gallery.data import say

PICTURE = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>"
    "<path d='M0 0h3v3H0zM6 0h3v3H6zM0 6h3v3H0zM4 4h1v1H4zM6 6h2v1H6z'/></svg>"
)


class CustomerForm(forms.Form):
    name = forms.CharField()
    phone = forms.CharField(required=False)
    store = forms.ChoiceField(choices=[("1", "—")])
    outcome = forms.ChoiceField(choices=[("reached", ""), ("busy", "")], widget=forms.RadioSelect, initial="reached")
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    reached = forms.BooleanField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = [
            ("姓名", "Name"),
            ("手机", "Phone"),
            ("门店", "Store"),
            ("结果", "Outcome"),
            ("备注", "Note"),
            ("已联系上", "Reached"),
        ]
        for field, label in zip(self.fields.values(), labels, strict=True):
            field.label = say(*label)
        self.fields["store"].choices = [("1", say("南京西路店", "West Nanjing Road"))]
        self.fields["outcome"].choices = [("reached", say("已联系上", "Reached")), ("busy", say("忙线", "Busy"))]
        self.fields["phone"].help_text = say("仅在需要时显示完整号码。", "Shown in full only when needed.")

    def clean_phone(self):
        raise forms.ValidationError(say("手机号少了一位。", "One figure is missing."))

    def clean(self):
        raise forms.ValidationError(say("请先改正标红的内容。", "Please correct what is marked."))


class CodeForm(forms.Form):
    code = forms.CharField()
    secret = "JBSWY3DPEHPK3PXP"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = say("验证码", "Code")


def overview(request):
    charts = {draw.__name__: draw() for draw in data.CHARTS}
    return render(request, "gallery/overview.html", {**charts, "people": data.people()})


def parts(request):
    if "toast" in request.GET:
        messages.success(request, say("已保存。", "Saved."))
        messages.error(request, say("同事刚刚完成了这条回访。", "A colleague has just closed this follow-up."))
    form = CustomerForm({"name": say("王小明", "Ming Wang"), "phone": "1381234567", "store": "1"})
    return render(request, "gallery/parts.html", {"form": form})


def people(request):
    return render(
        request,
        "gallery/people.html",
        {
            "people": data.people(),
            "sort": "-money",
            "tiers": [("gold", say("黄金", "Gold")), ("silver", say("白银", "Silver"))],
        },
    )


def board(request):
    return render(request, "gallery/board.html", {"people": data.people()})


def search(request):
    query = request.GET.get("q", "")
    hits = [
        {**person, "meta": say("南京西路店", "West Nanjing Road")}
        for person in data.people()
        if query in person["name"]
    ]
    return render(request, "gallery/search.html", {"results": hits if query else [], "query": query})


@require_POST
def move(request, card):
    return HttpResponse(status=409 if card == "refused" else 204)


def error(request, code):
    if code == 404:
        return page_not_found(request, None)
    return render(request, f"{code}.html", status=code)


def second_step(request):
    return render(request, "mfa/authenticate.html", {"form": CodeForm()})


def activate(request):
    return render(request, "mfa/totp/activate_form.html", {"form": CodeForm(), "totp_svg_data_uri": PICTURE})


urlpatterns = [
    path("", overview),
    path("parts", parts),
    path("people", people),
    path("board", board),
    path("search", search),
    path("move/<str:card>", move),
    path("errors/<int:code>", error),
    path("second-step", second_step),
    path("activate", activate),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
