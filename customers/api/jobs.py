"""What the API says of background work of any kind, and how it is stopped."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Job


class HasEnded(APIException):
    """What should be stopped has already ended."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "It has already ended."
    default_code = "conflict"


def asker(request: Request) -> User:
    """Who asks: the permissions let in nobody without an account."""
    return cast("User", request.user)


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Background work: seen while it goes on, and stopped."""

    newest_first = True

    def accepted(self, job: Job) -> Response:
        """The answer to a request for work that a worker will do: where to look for it."""
        address = self.reverse_action("detail", args=[job.pk])
        data = self.get_serializer(job).data
        return Response(data, HTTPStatus.ACCEPTED, headers={"Location": address})

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it: at once while it waits, at its next stage while it runs."""
        job = self.get_object()
        if not job.cancel():
            raise HasEnded
        return Response(self.get_serializer(self.get_object()).data)
